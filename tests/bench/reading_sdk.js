// Lists every task of a VOD application with the vendor's SDK, as a script of anybody's would, and prints how many
// there were. Arguments: secret id, secret key, sub application, protocol (the SDK's own default is https://). The
// simulator is found as in tests/witness/road.js or road_tls.js.
'use strict';
const tencent = require('tencentcloud-sdk-nodejs');

async function list(secretId, secretKey, subAppId, protocol) {
  const client = new tencent.vod.v20180717.Client({
    credential: { secretId, secretKey },
    region: '',
    profile: { language: 'en-US', httpProfile: { endpoint: 'vod.test', protocol, reqMethod: 'POST', reqTimeout: 60 } },
  });
  const states = {};
  let token = '';
  do {
    const page = await client.DescribeTasks({ SubAppId: Number(subAppId), Limit: 100, ...(token ? { ScrollToken: token } : {}) });
    for (const task of page.TaskSet) {
      const row = `${task.TaskType} ${task.Status}`;
      states[row] = (states[row] || 0) + 1;
    }
    token = page.TaskSet.length > 0 ? page.ScrollToken : '';
  } while (token);
  return states;
}

list(...process.argv.slice(2)).then((states) => {
  console.log(Object.values(states).reduce((sum, count) => sum + count, 0));
  process.exit(0);
});
