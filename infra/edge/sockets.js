// WebSocket APIs have no paths below their stage, our clients' addresses have: this turns the path of a connection into
// the query parameters `address` and `receiver_id`. The local gateway runs this same file.

const ADDRESSES = [
  [/^\/ws\/?$/, 'all'],
  [/^\/ws\/notifications\/?$/, 'notifications'],
  [/^\/ws\/chat\/([^\/&=#+]+)\/?$/, 'chat'],
];

function handler(event) {
  const request = event.request;
  for (const [pattern, address] of ADDRESSES) {
    const found = pattern.exec(request.uri);
    if (!found) continue;
    // Whatever the client calls so itself does not count.
    delete request.querystring.receiver_id;
    request.querystring.address = { value: address };
    if (found[1]) request.querystring.receiver_id = { value: found[1] };
    request.uri = '/';
    return request;
  }
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: { 'content-type': { value: 'application/json' } },
    body: '{"error": "Not found.", "code": "not_found"}',
  };
}
