//! The same frames without a screen: lines, JSON, spoken.
