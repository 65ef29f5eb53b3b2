"""Lines that are passed on outside the mesh: pasted, mailed, drawn as a QR code (10-lines)."""
