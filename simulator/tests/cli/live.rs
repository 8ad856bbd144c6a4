//! Commands that talk to a running simulator.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use super::{Ran, command, folder, ran, run};

/// A simulator in a process of its own, ended when dropped.
struct Served {
    child: Child,
    url: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn start(args: &[&str]) -> Self {
        let mut child = command(&[&["serve", "--json"], args].concat())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program was built for this test");
        let mut line = String::new();
        let out = child.stdout.take().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("it says where it listens");
        let event: Value = serde_json::from_str(&line).expect("the first line is JSON");
        let url = event["url"].as_str().expect("it has an address").to_owned();
        Self { child, url }
    }

    fn free() -> Self {
        Self::start(&["--port", "0"])
    }

    fn address(&self) -> &str {
        self.url.strip_prefix("http://").expect("it is one")
    }

    /// A call to an address that nobody has.
    fn call(&self, path: &str) {
        let mut stream = TcpStream::connect(self.address()).expect("it listens");
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it reads");
        stream.read_to_end(&mut Vec::new()).expect("it answers");
    }

    fn verify(&self, name: &str, expected: &str, more: &[&str]) -> Ran {
        let folder = folder(&format!("live-{}", name.replace('.', "-")));
        let path = folder.join(name);
        fs::write(&path, expected).expect("the folder may be written to");
        let path = path.display().to_string();
        run(&[&["verify", &path, "--url", &self.url], more].concat())
    }
}

/// Runs with this on standard input.
fn fed(command: &mut Command, input: &str) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built for this test");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    Ran {
        out: text(output.stdout),
        err: text(output.stderr),
        code: output.status.code().expect("no signal ended the program"),
    }
}

#[test]
fn a_verdict_is_told_in_sentences_and_in_the_exit_code() {
    let served = Served::free();
    served.call("/one?x=1");
    served.call("/two");
    let right = "[[expect]]\npath = \"/one\"\nquery = { x = \"1\" }\nexactly = 1\n\n[[expect]]\nname = \"two calls\"\nstatus = \"4xx\"\nbetween = [2, 3]\n";
    let Ran { out, err, code } = served.verify("right.toml", right, &[]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("ok  calls with path `/one`"), "{out}");
    assert!(
        out.contains("ok  two calls: calls with status 4xx: between 2 and 3 wanted, 2 came"),
        "{out}"
    );

    let wrong = r#"{"path": "/one", "query": {"x": "2"}}"#;
    let Ran { out, err, code } = served.verify("wrong.json", wrong, &[]);
    assert_eq!((code, err.as_str()), (1, ""), "{out}");
    assert!(out.contains("at least 1 wanted, none came"), "{out}");
    assert!(out.contains("exchange 1: nobody GET /one?x=1"), "{out}");
    assert!(out.contains("query.x: \"2\" wanted, \"1\" found"), "{out}");

    let Ran { out, code, .. } = served.verify("wrong2.json", wrong, &["--json"]);
    let verdict: Value = serde_json::from_str(&out).expect("it is JSON");
    assert_eq!((code, &verdict["ok"], &verdict["whole"]), (1, &false.into(), &true.into()));
}

#[test]
fn expectations_come_by_standard_input_too() {
    let served = Served::free();
    served.call("/one");
    for (input, code) in [
        ("[[expect]]\nexactly = 1\n", 0),
        (r#"{"exactly": 1}"#, 0),
        (r#"[{"exactly": 1}, {"never": true}]"#, 1),
    ] {
        let ran = fed(&mut command(&["verify", "-", "--url", &served.url]), input);
        assert_eq!(ran.code, code, "{input}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn a_wrong_file_is_drawn_at_its_place() {
    let served = Served::free();
    let Ran { err, code, .. } = served.verify("typo.toml", "[[expect]]\nvendro = \"x\"\n", &[]);
    assert_eq!(code, 2);
    assert!(err.contains("typo.toml:2:1") && err.contains("^^^^^^"), "{err}");
    let Ran { err, code, .. } = served.verify("typo.json", "{\n  \"exactly\": \"x\"\n}", &[]);
    assert_eq!(code, 2);
    assert!(
        err.contains("typo.json:2:") && err.contains("hint: `gspsim schema expectations`"),
        "{err}"
    );
    let Ran { err, code, .. } = served.verify("both.json", r#"{"exactly": 1, "never": true}"#, &[]);
    assert_eq!(code, 2);
    assert!(err.starts_with("error: `never`: "), "{err}");
    let Ran { err, code, .. } = served.verify("name.json", r#"[{"outcome": "not-fuond"}]"#, &[]);
    assert_eq!(code, 2);
    assert!(
        err.contains(
            "`[0].outcome`: there is no outcome `not-fuond`\nhint: did you mean `not-found`?"
        ),
        "{err}"
    );
    let Ran { err, code, .. } = run(&["verify", "/no/such/file.toml", "--url", &served.url]);
    assert!(code == 2 && err.contains("cannot read `/no/such/file.toml`"), "{err}");
}

/// A port where nobody listens.
fn nowhere() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    format!("http://{}", listener.local_addr().expect("it has an address"))
}

#[test]
fn who_cannot_be_reached_gives_exit_code_3() {
    let url = nowhere();
    for mut command in [command(&["verify", "-", "--url", &url]), command(&["tail", "--url", &url])]
    {
        let Ran { out, err, code } = fed(&mut command, r#"{"exactly": 1}"#);
        assert_eq!((code, out.as_str()), (3, ""), "{err}");
        assert!(
            err.starts_with("error: no simulator can be reached at http://127.0.0.1:"),
            "{err}"
        );
        assert!(err.contains("\nhint: `gspsim serve` starts one"), "{err}");
    }
    for url in ["https://127.0.0.1:1", "nonsense", "ftp://x"] {
        let Ran { err, code, .. } = ran(&mut command(&["tail", "--url", url]));
        assert!(code == 2 && err.contains("hint: write it as http://127.0.0.1:4777"), "{err}");
    }
}

#[test]
fn calls_are_told_as_they_come() {
    let served = Served::free();
    served.call("/one");
    served.call("/two?word=needle");
    let all = run(&["tail", "--all", "--count", "2", "--url", &served.url]);
    assert_eq!((all.code, all.err.as_str()), (0, ""), "{}", all.out);
    let lines: Vec<&str> = all.out.lines().collect();
    assert!(lines[0].contains("#1  nobody GET /one → 404 unknown-route"), "{}", all.out);
    assert!(lines[1].starts_with("    hint: no vendor is at /one"), "{}", all.out);
    let one = ["tail", "--all", "--count", "1", "--text", "needle", "--json", "--url", &served.url];
    let record: Value = serde_json::from_str(&run(&one).out).expect("a line is JSON");
    assert_eq!((&record["id"], &record["via"]), (&2.into(), &"nobody".into()));
    let refused = run(&["tail", "--via", "magic", "--url", &served.url]);
    assert_eq!(refused.code, 2);
    assert!(refused.err.starts_with("error: `via`: unknown variant `magic`"), "{}", refused.err);
}

#[test]
fn a_simulator_that_comes_back_is_found_again() {
    let served = Served::free();
    let port = served.address().rsplit_once(':').expect("it has a port").1.to_owned();
    let mut child = command(&["tail", "--json", "--count", "2", "--url", &served.url])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program was built for this test");
    let mut out = BufReader::new(child.stdout.take().expect("it is piped"));
    let (mut first, mut second) = (String::new(), String::new());
    // The follower may not be there yet when the first calls come.
    let said = thread::scope(|scope| {
        let reading = scope.spawn(|| out.read_line(&mut first));
        while !reading.is_finished() {
            served.call("/before");
            thread::sleep(Duration::from_millis(20));
        }
        reading.join().expect("it reads")
    });
    assert!(said.is_ok() && first.contains("/before"), "{first}");
    drop(served);
    let again = Served::start(&["--port", &port]);
    again.call("/after");
    out.read_line(&mut second).expect("it is told");
    let _ = child.kill();
    let _ = child.wait();
    assert!(second.contains("/after"), "{second}");
}

#[test]
fn https_is_served_and_its_authority_is_written_to_a_file() {
    let path = folder("live-tls").join("ca.pem");
    let served =
        Served::start(&["--port", "0", "--tls", "--tls-ca-out", &path.display().to_string()]);

    let address = served.url.strip_prefix("https://").expect("the address says so");
    let written = fs::read_to_string(&path).expect("it was written");
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = "GET /__sim/ca.pem HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("it answers");

    assert!(written.starts_with("-----BEGIN CERTIFICATE-----"), "{written}");
    assert!(reply.ends_with(&written), "{reply}");
}

#[test]
fn a_certificate_needs_its_key_and_an_authority_tls() {
    let file = folder("live-tls-wrong").join("cert.pem");
    fs::write(&file, "no certificate").expect("the folder may be written to");
    let file = file.display().to_string();
    for (args, says) in [
        (vec!["--tls-cert", &file], "`--tls-key` is not"),
        (vec!["--tls-key", &file], "`--tls-cert` is not"),
        (vec!["--tls-ca-out", "ca.pem"], "`--tls` is not"),
        (vec!["--tls-cert", "nowhere.pem", "--tls-key", &file], "cannot read `nowhere.pem`"),
        (vec!["--tls-cert", &file, "--tls-key", &file], "no certificate is in it"),
    ] {
        let Ran { err, code, .. } = run(&[&["serve", "--port", "0"], args.as_slice()].concat());
        assert_eq!(code, 2, "{args:?}: {err}");
        assert!(err.contains(says) && err.contains("hint: "), "{args:?}: {err}");
    }
}
