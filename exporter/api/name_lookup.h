// Addresses of a host, within a time: the system's own look-up has no deadline and cannot be stopped.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "exporter/clock.h"
#include "exporter/failure.h"
#include "exporter/result.h"

namespace taskqueue {

/// In numbers, the preferred one first; never empty.
using Addresses = std::vector<std::string>;

/// Takes as long as it takes. Called on threads of its own, several at once.
using LookUp = std::function<Result<Addresses, Failure>(const std::string& host)>;

/// getaddrinfo.
[[nodiscard]] Result<Addresses, Failure> look_up_by_system(const std::string& host);

/// A host in numbers is its own address. Fails with `network` where the name leads nowhere or that was not found out by
/// `deadline`, and with `stopped`. A look-up that is given up goes on, on its thread, until the system ends it.
[[nodiscard]] Result<Addresses, Failure> addresses_of(const std::string& host, const LookUp& look_up,
                                                      SteadyTime deadline, const std::stop_token& stop);

}  // namespace taskqueue
