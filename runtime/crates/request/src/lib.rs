//! The canonical request: one form, made once, before anything reads it.
