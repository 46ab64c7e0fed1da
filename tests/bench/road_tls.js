// Preloaded into node like tests/witness/road.js, for HTTPS: names that end in .test lead to the port of this machine that
// the variable SIMULATOR_PORT names. Certificates are checked for the name as always.
'use strict';
const https = require('https');
const net = require('net');

const connect = https.Agent.prototype.createConnection;
https.Agent.prototype.createConnection = function (options, done) {
  if (!String(options.host).endsWith('.test')) throw new Error(`${options.host} is not the simulator`);
  const here = { ...options, host: '127.0.0.1', port: Number(process.env.SIMULATOR_PORT), servername: options.host };
  return connect.call(this, here, done);
};

// Whatever does not come through an agent must not leave the machine either.
const plain = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...call) {
  const options = Array.isArray(call[0]) ? call[0][0] : call[0];
  if (options && options.host && options.host !== '127.0.0.1') throw new Error(`${options.host} is not this machine`);
  return plain.apply(this, call);
};
