// The way in for libFuzzer, which links one fuzzer at a time.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/fuzzer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  taskqueue::fuzz::Fuzzer::all().front()({reinterpret_cast<const char*>(data), size});
  return 0;
}
