// The addresses of the WebSocket API. API Gateway takes no path below a stage, so what clients
// connect to becomes query parameters of `/`:
//
//   /ws/              address=all
//   /ws/notifications address=notifications
//   /ws/chat/7/       address=chat&receiver_id=7
//   /ws/chat/7/8/     address=chat&user1_id=7&user2_id=8
//
// A viewer-request function of CloudFront (cloudfront-js-2.0). Names and values of the query string
// arrive as the client sent them, percent-encoded, and leave the same way; nothing here decodes the
// token. The local gateway runs this very file.

const OWN = ['address', 'receiver_id', 'user1_id', 'user2_id'];

const NOT_FOUND = {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: {
        'content-type': { value: 'application/json' },
        'cache-control': { value: 'no-store' },
        'x-content-type-options': { value: 'nosniff' },
        'x-frame-options': { value: 'DENY' },
        'referrer-policy': { value: 'no-referrer' },
        'strict-transport-security': { value: 'max-age=63072000; includeSubDomains' }
    },
    body: '{"error": "Not found.", "code": "not_found"}'
};

function handler(event) {
    const request = event.request;
    const own = parameters(request.uri);
    if (!own) {
        return NOT_FOUND;
    }
    const query = request.querystring;
    Object.keys(query).forEach((name) => {
        if (OWN.indexOf(decoded(name)) >= 0) {
            delete query[name];
        }
    });
    Object.keys(own).forEach((name) => {
        query[name] = { value: own[name] };
    });
    request.uri = '/';
    return request;
}

// What a path means; nothing for a path of nobody.
function parameters(path) {
    const parts = /^\/ws(?:\/([^/]+)(?:\/([^/]+)(?:\/([^/]+))?)?)?\/?$/.exec(path);
    if (!parts) {
        return null;
    }
    const kind = parts[1];
    const receiver = parts[2];
    const other = parts[3];
    if (kind === undefined) {
        return { address: 'all' };
    }
    if (kind === 'notifications' && receiver === undefined) {
        return { address: 'notifications' };
    }
    if (kind === 'chat' && other !== undefined) {
        return { address: 'chat', user1_id: escaped(receiver), user2_id: escaped(other) };
    }
    if (kind === 'chat' && receiver !== undefined) {
        return { address: 'chat', receiver_id: escaped(receiver) };
    }
    return null;
}

// A segment may hold characters that mean something else in a query string (`+`, `&`, `=`). Escapes
// that are there already stay as they are.
function escaped(segment) {
    return segment.replace(/[^A-Za-z0-9%._~-]+/g, encodeURIComponent);
}

// `%61ddress` is `address` to the API behind.
function decoded(name) {
    try {
        return decodeURIComponent(name);
    } catch (error) {
        return name;
    }
}
