//! What trees take: a tree may take a hundred times its text, and a text is only known to be dense once it is parsed.

use std::cell::Cell;
use std::ffi::c_void;
use std::sync::Once;

thread_local! {
    /// Bytes that the C library of tree-sitter holds and that this thread allocated; less than nothing on a thread that
    /// frees trees of others.
    static HELD: Cell<isize> = const { Cell::new(0) };
}

/// Bytes held for trees and parsers that this thread has allocated and not freed.
pub fn held() -> isize {
    HELD.with(Cell::get)
}

/// Makes tree-sitter count what it allocates. Has to come before anything else of tree-sitter.
pub(super) fn count() {
    static ONCE: Once = Once::new();
    let allocator = tree_sitter::Allocator { malloc, calloc, realloc, free };
    // SAFETY: the four are of one family and abort where libc has no memory, and the first grammar is asked for after this
    ONCE.call_once(|| unsafe { tree_sitter::set_allocator(Some(allocator)) });
}

/// Makes freed memory go back to the system sooner. To be called before threads are started.
pub fn settle() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        /// Bytes of a block from which on it is mapped by itself and unmapped when it is freed. Left to itself, glibc
        /// raises this with every large block that is freed, and keeps such blocks from then on.
        const MAPPED: libc::c_int = 128 * 1024;
        /// Each keeps what was freed in it.
        const ARENAS: libc::c_int = 2;
        // SAFETY: may be called at any time
        unsafe {
            libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED);
            libc::mallopt(libc::M_ARENA_MAX, ARENAS);
        }
    }
}

/// Bytes of a tree from which on giving back its memory is worth the time, some milliseconds.
pub const LARGE: usize = 8 * 1024 * 1024;

/// Drops a tree; the memory of a large one is the system's again before anything else is allocated.
pub fn release(tree: tree_sitter::Tree) {
    let before = held();
    drop(tree);
    if before - held() > LARGE as isize {
        give_back();
    }
}

/// Gives memory that was freed back to the system; glibc keeps the small blocks of which trees are made.
pub fn give_back() {
    // SAFETY: may be called at any time
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    unsafe {
        libc::malloc_trim(0);
    }
}

fn add(bytes: isize) {
    HELD.with(|held| held.set(held.get() + bytes));
}

/// Bytes of a block of libc.
unsafe fn size(block: *mut c_void) -> isize {
    if block.is_null() {
        return 0;
    }
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: the caller's block is one of libc
    return unsafe { libc::malloc_usable_size(block) } as isize + size_of::<usize>() as isize;
    #[cfg(target_vendor = "apple")]
    // SAFETY: the caller's block is one of libc
    return unsafe { libc::malloc_size(block) } as isize;
    // nearly all blocks are nodes with a few children
    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    return 112;
}

fn taken(block: *mut c_void, asked: usize) -> *mut c_void {
    if block.is_null() && asked > 0 {
        // tree-sitter takes what it gets
        std::process::abort();
    }
    // SAFETY: libc has just made it
    add(unsafe { size(block) });
    block
}

unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
    taken(unsafe { libc::malloc(size) }, size)
}

unsafe extern "C" fn calloc(count: usize, size: usize) -> *mut c_void {
    taken(unsafe { libc::calloc(count, size) }, count.saturating_mul(size))
}

unsafe extern "C" fn realloc(block: *mut c_void, bytes: usize) -> *mut c_void {
    add(-unsafe { size(block) });
    taken(unsafe { libc::realloc(block, bytes) }, bytes)
}

unsafe extern "C" fn free(block: *mut c_void) {
    add(-unsafe { size(block) });
    unsafe { libc::free(block) };
}
