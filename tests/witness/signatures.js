// Recomputes, with the vendors' own signing code, the Authorization of signed requests: one in JSON a line comes in, the
// SDK's header and what the SDK's side makes of the parameters go out. The request's bytes are all that it sees.
'use strict';
const readline = require('readline');
const { default: Sign } = require('tencentcloud-sdk-nodejs/tencentcloud/common/sign');
const { OpenApiUtil } = require('@alicloud/openapi-core');
const querystring = require('querystring');

const headersOf = (request) => Object.fromEntries(request.headers.filter(([name]) => name !== 'Authorization'));

function tc3(request, body) {
  const headers = headersOf(request);
  return {
    authorization: Sign.sign3({
      method: request.method,
      url: `https://${headers.Host}${request.target}`,
      payload: body,
      timestamp: Number(headers['X-TC-Timestamp']),
      service: request.service,
      secretId: request.id,
      secretKey: request.key,
      headers,
    }),
    parameters: JSON.parse(body.toString('utf8')),
  };
}

function acs3(request, body) {
  const [pathname, search = ''] = request.target.split('?');
  const query = { ...querystring.parse(search) };
  const payload = OpenApiUtil.hash(body, 'ACS3-HMAC-SHA256').toString('hex');
  const parts = { method: request.method, pathname, query, headers: headersOf(request) };
  return {
    authorization: OpenApiUtil.getAuthorization(parts, 'ACS3-HMAC-SHA256', payload, request.id, request.key),
    parameters: query,
  };
}

async function serve() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    const body = Buffer.from(request.body, 'hex');
    process.stdout.write(JSON.stringify(request.service === 'ecs' ? acs3(request, body) : tc3(request, body)) + '\n');
  }
}

serve();
