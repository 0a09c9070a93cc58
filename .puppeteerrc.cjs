// The tests find a browser themselves (test/support/browser.ts); installing must not need the internet.
module.exports = { skipDownload: true };
