//! The maker: one thread of the whole program on which the content of parts is told.
//!
//! Telling thousands of records takes many small pieces of memory for a moment. An allocator keeps
//! what a thread gave back for that thread: told on any thread that is free, parts would take that
//! memory once for each of them. It is the smaller part of the work; sealing and packing are done
//! by whoever asked, side by side.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        LazyLock, Mutex, PoisonError,
        mpsc::{self, Sender},
    },
    thread,
};

type Task = Box<dyn FnOnce() + Send>;

static MAKER: LazyLock<Option<Mutex<Sender<Task>>>> = LazyLock::new(|| {
    let (to, tasks) = mpsc::channel::<Task>();
    let work = move || {
        for task in tasks {
            // Who asked learns of a panic by getting no answer.
            let _ = catch_unwind(AssertUnwindSafe(task));
        }
    };
    thread::Builder::new().name("maker".to_owned()).spawn(work).ok()?;
    Some(Mutex::new(to))
});

/// Does something on the maker's thread, and waits for it; `None` where it panicked.
pub fn make<T: Send + 'static>(task: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    // Without a thread to be had, it is done here.
    let Some(maker) = &*MAKER else {
        return catch_unwind(AssertUnwindSafe(task)).ok();
    };
    let (answer, answered) = mpsc::sync_channel(1);
    let task = Box::new(move || {
        let _ = answer.send(task());
    });
    maker.lock().unwrap_or_else(PoisonError::into_inner).send(task).ok()?;
    answered.recv().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_made_on_one_thread_and_a_panic_costs_one_answer() {
        let here = thread::current().id();
        let first = make(|| thread::current().id()).expect("it answers");
        assert_ne!(first, here);
        assert_eq!(make(|| -> u8 { panic!("this one cannot be made") }), None);
        assert_eq!(make(|| thread::current().id()), Some(first));
    }
}
