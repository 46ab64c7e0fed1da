// The vendors' SDKs behind two pipes: a call in JSON a line comes in, its answer or the SDK's error goes out.
'use strict';
const readline = require('readline');
const tencent = require('tencentcloud-sdk-nodejs');
const { default: CvmRole } = require('tencentcloud-sdk-nodejs/tencentcloud/common/cvm_role_credential');
const Credential = require('@alicloud/credentials');
const Rpc = require('@alicloud/pop-core');
const { default: Ecs, DescribeTasksRequest } = require('@alicloud/ecs20140526');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const { ExtendsParameters, RuntimeOptions } = require('@darabonba/typescript');

const clients = {
  mps: tencent.mps.v20190612.Client,
  vod: tencent.vod.v20180717.Client,
  batch: tencent.batch.v20170312.Client,
  sts: tencent.sts.v20180813.Client,
};

/// One method of a typed client of Tencent's, TC3-HMAC-SHA256.
async function tc3(call) {
  const client = new clients[call.service]({
    credential: call.role ? new CvmRole() : { secretId: call.id, secretKey: call.key, token: call.token },
    region: call.region,
    profile: {
      language: 'en-US',
      httpProfile: { endpoint: `${call.service}.test`, protocol: 'http://', reqMethod: call.method || 'POST', reqTimeout: 20 },
    },
  });
  return client[call.action](call.parameters);
}

/// RPC with HMAC-SHA1; the SDK lets parameters stand in for those that it makes itself, such as SignatureNonce.
async function rpc(call) {
  const client = new Rpc({
    accessKeyId: call.id, accessKeySecret: call.key, securityToken: call.token,
    endpoint: `http://${call.service || 'ecs'}.test`, apiVersion: call.version || '2014-05-26',
  });
  const parameters = call.nonce ? { ...call.parameters, SignatureNonce: call.nonce } : call.parameters;
  return client.request(call.action, parameters, { method: call.method || 'POST', timeout: 20000 });
}

/// The typed client with ACS3-HMAC-SHA256.
async function acs3(call) {
  const keys = call.role ? { credential: new Credential.default(new Credential.Config({ type: 'ecs_ram_role' })) }
    : { accessKeyId: call.id, accessKeySecret: call.key, securityToken: call.token };
  const client = new Ecs(new $OpenApiUtil.Config({ ...keys, endpoint: 'ecs.test', protocol: 'HTTP' }));
  const request = new DescribeTasksRequest();
  for (const [name, value] of Object.entries(call.parameters)) request[name[0].toLowerCase() + name.slice(1)] = value;
  const runtime = new RuntimeOptions({ readTimeout: 20000 });
  if (call.nonce) runtime.extendsParameters = new ExtendsParameters({ headers: { 'x-acs-signature-nonce': call.nonce } });
  return (await client.describeTasksWithOptions(request, runtime)).body.toMap();
}

const ways = { tc3, rpc, acs3 };

async function answer(line) {
  const call = JSON.parse(line);
  try {
    return { answer: await ways[call.way](call) };
  } catch (error) {
    return { code: error.code || '', message: error.message };
  }
}

async function serve() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(line)) + '\n');
  }
  process.exit(0);
}

serve();
