use serde_json::json;

use crate::stage::Stage;

#[tokio::test]
async fn a_taxpayer_s_facts_are_in_the_answer_and_not_in_the_recording() {
    let stage = Stage::of("attestr").await;
    let gstin = "27AAPFU0939F1ZV";
    let reply = stage
        .client
        .post(format!("{}/api/v2/public/corpx/gstin", stage.url))
        .header("authorization", "Basic c2ltLWF0dGVzdHI6c2ltLXNlY3JldA==")
        .json(&json!({ "gstin": gstin, "fetchFilings": true, "fy": "2025-26" }))
        .send()
        .await
        .expect("it answers");
    assert_eq!(reply.status(), 200);
    let (kept, text, _folder) = stage.end().await;
    println!("{text}");
    assert_eq!(kept.exchanges, 1);
    assert!(!text.contains(gstin));
}
