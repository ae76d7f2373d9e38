"""What editors are told: diagnostics, completion, hover, navigation, rename, over unsaved text.

`workspace` holds the files as the editor sees them and the mesh linked from them; the questions are
functions over it that know nothing of the protocol; `server` turns both into LSP 3.17.
"""
