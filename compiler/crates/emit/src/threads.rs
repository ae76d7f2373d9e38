/// Gives what `make` gives for each part of some items, in their order: as many parts as threads, or
/// fewer, the first made on this thread.
pub(crate) fn in_parts<T: Sync, R: Send>(
    items: &[T],
    size: usize,
    make: impl Fn(&[T]) -> R + Sync,
) -> Vec<R> {
    let make = &make;
    let mut parts = items.chunks(size.max(1));
    let Some(first) = parts.next() else { return Vec::new() };
    std::thread::scope(|scope| {
        let handles: Vec<_> = parts.map(|part| scope.spawn(move || make(part))).collect();
        let mut all = vec![make(first)];
        for handle in handles {
            all.push(handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        all
    })
}
