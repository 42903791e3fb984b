mod invariants;
mod masks;
mod tables;
