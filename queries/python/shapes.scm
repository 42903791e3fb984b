; shapes
