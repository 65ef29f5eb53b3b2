"""What two nodes say to each other: frames, messages, and how they find out what they lack."""
