"""What people ask of the views, and the words in which it is answered."""
