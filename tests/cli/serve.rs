//! How a server ends that cannot begin: 2 where what was asked is wrong, 1 where it is right and cannot be done.

use std::net::TcpListener;

use super::host::{Ran, bare, ran};
use super::kit::{Folder, Server};

fn serve(data: &Folder, arguments: &str) -> Ran {
    ran(bare(&format!("serve {arguments} --data")).arg(&data.0))
}

#[test]
fn wrong_settings_of_a_server_end_with_2() {
    let data = Folder::new();
    std::fs::write(data.0.join("file"), "").unwrap();
    let under_a_file = Folder(data.0.join("file/data"));
    for (data, arguments, words) in [
        (&data, "--port 0 --upstream https://api.example.com", "PLAYHEAD_UPSTREAM_TOKEN"),
        (&data, "--port 0 --console /nope", "/nope"),
        (&data, "--port 0 --host 0.0.0.0", "token create"),
        (&under_a_file, "--port 0", "--data names another folder"),
    ] {
        serve(data, arguments).ends_with(2).tells(words);
    }
}

#[test]
fn the_token_of_an_upstream_goes_to_another_machine_in_clear_only_where_that_is_said() {
    let data = Folder::new();
    let serve = |arguments: &str| {
        // Where it may be sent it is the port that is missing.
        let mut command = bare(&format!("serve --port 1 --upstream {arguments} --data"));
        ran(command.arg(&data.0).env("PLAYHEAD_UPSTREAM_TOKEN", "a-token")).ends_with(2)
    };
    serve("http://192.0.2.1/api").tells("192.0.2.1 in clear").tells("--insecure-http");
    serve("https://api.example.com --upstream-ws ws://192.0.2.1").tells("192.0.2.1 in clear");
}

#[test]
fn what_is_asked_rightly_and_cannot_be_done_ends_with_1() {
    let (data, other) = (Folder::new(), Folder::new());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    serve(&data, &format!("--port {port}")).ends_with(1).tells("cannot listen on");
    let _server = Server::start(&other.0, &[]);
    serve(&other, "--port 0").ends_with(1).tells("another server uses");
}
