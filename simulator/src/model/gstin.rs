//! GSTIN, PAN and ARN: layouts and check characters.
