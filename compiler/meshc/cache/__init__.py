"""Findings of earlier runs, kept by the content of everything they depend on.

`key` says what they depend on, `store` keeps bytes in a folder, `findings` turns findings into
bytes and back. Whatever is wrong with the folder or in it means that nothing was kept; it is said
in one line and never an error. What is signed or enforced never comes from here.
"""
