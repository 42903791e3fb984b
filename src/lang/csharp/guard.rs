use super::CSharp;
use crate::lang::guard::*;
use std::ops::Range;
impl Guards for CSharp {
    fn plans(&self, _: &Text<'_>, _: &Wish<'_>) -> Vec<Plan> { Vec::new() }
    fn statement(&self, _: &Text<'_>, _: &Range<usize>) -> Option<Range<usize>> { None }
    fn definition(&self, _: &Text<'_>, _: &Range<usize>) -> Option<Range<usize>> { None }
}
