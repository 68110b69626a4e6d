"""What offices have, as changes: sheets are read as they are, and each row goes in whole or not at all."""
