//! A connection whose writes have to get on: who asks for much and takes none of it does not keep a place for ever.
//!
//! What is waited for is a write that is under way. A connection on which nothing is to be said – a stream of events, a
//! websocket – may be silent for as long as it likes.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A stream, and how long a write on it may wait for the other side to take anything.
#[derive(Debug)]
pub struct Patient<S> {
    stream: S,
    limit: Duration,
    /// Runs from the first try of a write of which nothing has been taken yet.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    /// The stream, with so much patience.
    pub fn new(stream: S, limit: Duration) -> Patient<S> {
        Patient { stream, limit, waiting: None }
    }

    /// What became of a write, unless it has waited too long.
    fn in_time<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let limit = self.limit;
        ready!(self.waiting.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the other side takes nothing")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.in_time(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.in_time(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    const LIMIT: Duration = Duration::from_millis(400);

    /// Two ends, the first with patience; sixteen bytes are on their way at most.
    fn ends() -> (Patient<DuplexStream>, DuplexStream) {
        let (ours, theirs) = duplex(16);
        (Patient::new(ours, LIMIT), theirs)
    }

    #[tokio::test]
    async fn who_takes_nothing_is_let_go() {
        let (mut ours, theirs) = ends();
        let error = tokio::time::timeout(LIMIT * 20, ours.write_all(&[0; 64])).await;
        assert_eq!(error.ok().and_then(Result::err).map(|error| error.kind()), Some(io::ErrorKind::TimedOut));
        drop(theirs);
    }

    #[tokio::test]
    async fn who_takes_a_little_now_and_then_is_not() -> io::Result<()> {
        let (mut ours, mut theirs) = ends();
        let taken = tokio::spawn(async move {
            let mut taken = [0; 160];
            for some in taken.chunks_mut(16) {
                sleep(LIMIT / 4).await;
                theirs.read_exact(some).await?;
            }
            io::Result::Ok(theirs)
        });
        // Longer than the limit all together.
        ours.write_all(&[0; 160]).await?;
        let mut theirs = taken.await??;
        // Nothing is to be said for longer than that, then something.
        sleep(LIMIT * 2).await;
        ours.write_all(&[0; 16]).await?;
        theirs.read_exact(&mut [0; 16]).await.map(|_| ())
    }
}
