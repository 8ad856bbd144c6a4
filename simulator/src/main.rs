//! The `gspsim` program.
#[tokio::main]
async fn main() {
    let port: u16 = std::env::args().nth(1).and_then(|p| p.parse().ok()).unwrap_or(4777);
    match gsp_simulator::Simulator::builder().listen(([127, 0, 0, 1], port).into()).start().await {
        Ok(simulator) => {
            println!("{}", simulator.url());
            let _ = tokio::signal::ctrl_c().await;
        }
        Err(gsp_simulator::StartError::Files(findings)) => {
            for finding in findings {
                println!("{}", finding.draw(true));
            }
        }
        Err(error) => println!("{error}"),
    }
}
