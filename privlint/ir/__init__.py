"""The compact language that Python is lowered to: about twenty ops in basic blocks."""
