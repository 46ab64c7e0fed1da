// Attacks a web server for so many seconds (see besieging.h).
//   besieger HOST:PORT/PATH SECONDS SILENT DRIPPING ABUSIVE
// prints how many connections were opened: silent, dripping, and each of the six kinds of abuse.
#include <csignal>
#include <cstdio>
#include <stdexcept>

#include "tests/bench/besieging.h"

int main(int argc, char** argv) {
  try {
    if (argc != 6) throw std::runtime_error("HOST:PORT/PATH SECONDS SILENT DRIPPING ABUSIVE");
    const std::string address = argv[1];
    const auto colon = address.find(':');
    const auto slash = address.find('/');
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1, slash - colon - 1)));
    taskqueue::bench::Goal goal(address.substr(0, colon), port, address.substr(slash),
                                std::chrono::seconds{std::stoi(argv[2])});
    const auto count = [&](int argument) { return static_cast<unsigned>(std::stoul(argv[argument])); };
    taskqueue::bench::besiege(goal, count(3), count(4), count(5));
    for (const auto& opened : goal.opened) std::printf("%u ", opened.load());
    std::puts("");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "besieger: %s\n", error.what());
    return 1;
  }
}
