//! Readers that take nothing: they keep no place at the native server, and those that are only silent stay.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

#[path = "kit/server.rs"]
mod kit;

use kit::{Folder, Server, console};
use socket2::{Domain, SockRef, Socket, Type};

/// All the places there are.
const PLACES: usize = 640;

/// An answer that no system holds for a connection: it would grow to some megabytes, and seem to get on by that.
const LARGE: usize = 16 << 20;

/// How much of an answer waits for somebody who reads, in bytes.
const ROOM: usize = 64 << 10;

/// How long a place may be kept, and some more for a busy machine.
const KEPT: Duration = Duration::from_secs(45);

/// A connection that has asked for a path, with room for so much of the answer.
fn asking(server: &Server, path: &str, room: usize) -> TcpStream {
    let to: SocketAddr = server.address.trim_start_matches("http://").parse().unwrap();
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(room).unwrap();
    socket.connect(&to.into()).unwrap();
    let mut stream = TcpStream::from(socket);
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {to}\r\n\r\n").unwrap();
    stream
}

#[test]
fn who_takes_nothing_of_an_answer_is_let_go_and_who_is_only_told_nothing_stays() {
    let (folder, console) = (Folder::new(), console());
    std::fs::write(console.0.join("large.bin"), vec![b'x'; LARGE]).unwrap();
    let server = Server::start(&folder.0, &["--console", console.0.to_str().unwrap()]);
    let environment = server.environments()[0].clone();
    let mut silent = BufReader::new(asking(&server, "/api/x/events", ROOM));
    silent.get_ref().set_read_timeout(Some(KEPT)).unwrap();
    let mut told = || silent.by_ref().lines().map(Result::unwrap).find(|line| line.starts_with("data: ")).unwrap();
    let before = told();

    let started = Instant::now();
    // One of them is slow: it takes 16 kB a second for a while, then all the rest, which is there.
    let mut slow = asking(&server, "/large.bin", ROOM);
    let slow = std::thread::spawn(move || {
        let (mut taken, mut part) = (0, [0; 4 << 10]);
        while taken < LARGE {
            let some = slow.read(&mut part).unwrap();
            assert!(some > 0, "it was cut off after {taken} bytes and {:?}", started.elapsed());
            taken += some;
            if started.elapsed() < KEPT {
                std::thread::sleep(Duration::from_millis(250));
            }
        }
    });
    let crowd: Vec<TcpStream> = (0..PLACES - 2).map(|_| asking(&server, "/large.bin", 1024)).collect();
    kit::wait_until("all places are taken", || server.get("/api/x").status == 503);
    while server.get("/api/x").status == 503 {
        assert!(started.elapsed() < KEPT, "those who take nothing still keep their places");
        std::thread::sleep(Duration::from_millis(200));
    }
    slow.join().unwrap();
    // What they were sent before is there; the rest never comes.
    for mut one in crowd.into_iter().step_by(100) {
        SockRef::from(&one).set_recv_buffer_size(ROOM).unwrap();
        one.set_read_timeout(Some(KEPT)).unwrap();
        let mut taken = Vec::new();
        let _ = one.read_to_end(&mut taken);
        assert!(taken.starts_with(b"HTTP/1.1 200") && taken.len() < LARGE, "{} bytes", taken.len());
    }
    let path = format!("/api/environment/{environment}/redeploy");
    assert_eq!(server.ask("POST", &path).send().status, 202);
    assert_ne!(told(), before, "the stream of events has ended");
}
