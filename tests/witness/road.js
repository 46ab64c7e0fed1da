// Preloaded into node: names that end in .test and the metadata services, at HTTP's own port, lead to the simulator. So
// the SDKs build and sign the addresses that they know, without a port, and nothing in them is replaced.
'use strict';
const http = require('http');
const net = require('net');

const metadata = new Set(['metadata.tencentyun.com', '100.100.100.200']);

const connect = http.Agent.prototype.createConnection;
http.Agent.prototype.createConnection = function (options, done) {
  const host = String(options.host);
  if (!host.endsWith('.test') && !metadata.has(host)) throw new Error(`${options.host} is not the simulator`);
  return connect.call(this, { ...options, host: '127.0.0.1', port: Number(process.env.SIMULATOR_PORT) }, done);
};

// Whatever does not come through an agent must not leave the machine either.
const plain = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...call) {
  const options = Array.isArray(call[0]) ? call[0][0] : call[0];
  if (options && options.host && options.host !== '127.0.0.1') throw new Error(`${options.host} is not this machine`);
  return plain.apply(this, call);
};
