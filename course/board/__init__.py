"""The instructor's board: who is where, who is stuck and on what, live; and a word to all of them."""
