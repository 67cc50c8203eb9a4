"""The tests: a package, so that none that another distribution installs is taken for it."""
