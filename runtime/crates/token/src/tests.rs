mod attacks;
mod cache;
mod declared;
mod keys;
mod rules;
mod vectors;
