//! Plays GST Suvidha Providers and GSTIN-verification vendors from files.
