/// Threads that emit.
const THREADS: usize = 2;

/// Gives what `make` gives for each item, in their order, made on threads.
pub(crate) fn in_parts<T: Sync, R: Send, E: Send>(
    items: &[T],
    make: impl Fn(&T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let part = items.len().div_ceil(THREADS).max(1);
    let make = &make;
    let parts: Vec<Result<Vec<R>, E>> = std::thread::scope(|scope| {
        let start = |part| scope.spawn(move || Iterator::map(<[T]>::iter(part), make).collect());
        let handles: Vec<_> = items.chunks(part).map(start).collect();
        let join = |handle: std::thread::ScopedJoinHandle<'_, Result<Vec<R>, E>>| {
            handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        handles.into_iter().map(join).collect()
    });
    let mut all = Vec::with_capacity(items.len());
    for part in parts {
        all.extend(part?);
    }
    Ok(all)
}
