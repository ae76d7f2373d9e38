//! Endpoint pickers; every call takes the time.
