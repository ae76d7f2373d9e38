mod boards;
mod documents;
mod fetching;
mod renewing;
mod storing;
