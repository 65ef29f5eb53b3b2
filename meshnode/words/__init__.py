"""How people read and write what a node knows: amounts, times, people, reasons. On terminals and on pages alike."""
