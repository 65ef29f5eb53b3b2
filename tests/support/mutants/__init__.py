"""Wrong inputs on purpose: values, records, runs, bundles and whole meshes that are nearly right."""
