//! The controller: joining, renewing, watching, fetching, reporting. One thread, blocking.
