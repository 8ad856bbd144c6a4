// The code under test: what a back office might have. It knows nothing of a simulator.

/** The account is empty: asking again never helps. */
export class OutOfCredits extends Error {}

/** Asks three vendors about GSTINs; a call that fails on the way, or with 5xx, is made once more. */
export class Client {
  constructor(urls, headers) {
    this.urls = urls;
    this.headers = headers;
  }

  async #ask(vendor, path, body) {
    const request = {
      method: body ? "POST" : "GET",
      headers: { ...this.headers[vendor], "content-type": "application/json" },
      body: body && JSON.stringify(body),
    };
    for (const isLast of [false, true]) {
      try {
        const reply = await fetch(this.urls[vendor] + path, request);
        if (reply.status < 500 || isLast) return reply;
        await reply.arrayBuffer();
      } catch (error) {
        if (isLast) throw error;
      }
    }
  }

  /** By HyperVerge. */
  async nameOf(gstin) {
    const reply = await this.#ask("hyperverge", "/v1/searchGSTINV2", { gstin });
    return (await reply.json()).result.data.legalName;
  }

  /** By Attestr. */
  async isActive(gstin) {
    const reply = await this.#ask("attestr", "/api/v2/public/corpx/gstin", { gstin, fetchFilings: false });
    const text = await reply.text();
    if (reply.status === 402 || /credit/i.test(text)) throw new OutOfCredits(text);
    return JSON.parse(text).active;
  }

  /** By FinAGG, whose data comes as Base64. */
  async legalName(gstin) {
    const path = `/basic/gstn/fin-v1/commonapi/v1.3/search?action=TP&gstin=${gstin}`;
    const { data } = await (await this.#ask("finagg", path)).json();
    return JSON.parse(Buffer.from(data, "base64")).lgnm;
  }
}
