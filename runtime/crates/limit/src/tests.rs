mod laws;
mod threads;
