//! The backend over HTTP, with its journal on disk.
