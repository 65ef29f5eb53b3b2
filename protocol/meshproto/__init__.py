"""What two meshnode nodes must compute alike: records, types, folds, equations and the wire."""
