//! Control flow: matches, loops, handlers, context managers, yields, indexing.

mod handlers;
mod index;
mod loops;
mod matching;
mod patterns;
mod raising;
mod tries;
mod with;
