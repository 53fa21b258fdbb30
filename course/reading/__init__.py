"""The notes: read strictly from their files (course/notes/README.md), shown beside a console, and proved in real sandboxes."""
