// A disk that fills up, or whose power is cut: SQLite's files pass through here while it lives.
#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <new>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace taskqueue {

/// One at a time; registers itself as SQLite's way to the disk.
class FrailDisk {
 public:
  FrailDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.pAppData = this;
    vfs_.pNext = nullptr;
    vfs_.zName = "frail";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = open;
    vfs_.xDelete = remove;
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FrailDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }
  FrailDisk(const FrailDisk&) = delete;
  FrailDisk& operator=(const FrailDisk&) = delete;

  void fill(bool full) { full_ = full; }

  /// Leaves in `folder` what is on the disk after a power cut now: all that was flushed, and of what was written since
  /// any part, in any order, by chance.
  void cut(const std::filesystem::path& folder, std::mt19937_64& random) const {
    for (const auto& [path, content] : contents_) {
      if (removed_.contains(path)) continue;
      std::string bytes = content.flushed;
      std::vector<Write> writes = content.pending;
      std::shuffle(writes.begin(), writes.end(), random);
      for (Write& write : writes) {
        const auto fate = random() % 3;
        if (fate == 0) continue;
        // The disk writes sectors.
        if (fate == 1) write.bytes.resize(std::min<std::size_t>(write.bytes.size(), 512 * (random() % 8)));
        apply(write, bytes);
      }
      std::ofstream(folder / std::filesystem::path(path).filename(), std::ios::binary) << bytes;
    }
  }

 private:
  struct Write {
    std::size_t at = 0;
    std::string bytes;
  };
  struct Content {
    std::string flushed;
    std::vector<Write> pending;
  };
  struct File {
    sqlite3_file base;
    FrailDisk* disk;
    Content* content;
    [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  static void apply(const Write& write, std::string& bytes) {
    if (bytes.size() < write.at + write.bytes.size()) bytes.resize(write.at + write.bytes.size());
    bytes.replace(write.at, write.bytes.size(), write.bytes);
  }

  static File& self(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  template <auto method, class... Args>
  static int pass(sqlite3_file* file, Args... args) {
    sqlite3_file* real = self(file).real();
    return (real->pMethods->*method)(real, args...);
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* raw, int flags, int* out) {
    auto& disk = *static_cast<FrailDisk*>(vfs->pAppData);
    File& file = self(raw);
    file.base.pMethods = nullptr;
    file.disk = &disk;
    if (name != nullptr) disk.removed_.erase(name);
    file.content = name == nullptr ? nullptr : &disk.contents_[name];
    const int code = disk.real_->xOpen(disk.real_, name, file.real(), flags, out);
    if (code == SQLITE_OK) file.base.pMethods = &methods();
    return code;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int sync) {
    auto& disk = *static_cast<FrailDisk*>(vfs->pAppData);
    // The file may still be open: forgotten, not freed.
    if (const auto found = disk.contents_.find(name); found != disk.contents_.end()) found->second = {};
    disk.removed_.insert(name);
    return disk.real_->xDelete(disk.real_, name, sync);
  }
  static int write(sqlite3_file* raw, const void* data, int size, sqlite3_int64 at) {
    File& file = self(raw);
    if (file.disk->full_) return SQLITE_FULL;
    if (file.content != nullptr) {
      file.content->pending.push_back(
          {static_cast<std::size_t>(at), std::string(static_cast<const char*>(data), static_cast<std::size_t>(size))});
    }
    return pass<&sqlite3_io_methods::xWrite>(raw, data, size, at);
  }
  static int truncate(sqlite3_file* raw, sqlite3_int64 size) {
    flush(self(raw));
    if (self(raw).content != nullptr) self(raw).content->flushed.resize(static_cast<std::size_t>(size));
    return pass<&sqlite3_io_methods::xTruncate>(raw, size);
  }
  static int sync(sqlite3_file* raw, int flags) {
    flush(self(raw));
    return pass<&sqlite3_io_methods::xSync>(raw, flags);
  }
  static void flush(File& file) {
    if (file.content == nullptr) return;
    for (const Write& write : file.content->pending) apply(write, file.content->flushed);
    file.content->pending.clear();
  }

  /// Of the first version: without shared memory, which one process does not need.
  static const sqlite3_io_methods& methods() {
    using Io = sqlite3_io_methods;
    static const Io all{.iVersion = 1,
                        .xClose = pass<&Io::xClose>,
                        .xRead = pass<&Io::xRead, void*, int, sqlite3_int64>,
                        .xWrite = write,
                        .xTruncate = truncate,
                        .xSync = sync,
                        .xFileSize = pass<&Io::xFileSize, sqlite3_int64*>,
                        .xLock = pass<&Io::xLock, int>,
                        .xUnlock = pass<&Io::xUnlock, int>,
                        .xCheckReservedLock = pass<&Io::xCheckReservedLock, int*>,
                        .xFileControl = pass<&Io::xFileControl, int, void*>,
                        .xSectorSize = pass<&Io::xSectorSize>,
                        // The real disk's promises are none of ours.
                        .xDeviceCharacteristics = [](sqlite3_file*) { return 0; }};
    return all;
  }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  bool full_ = false;
  std::map<std::string, Content> contents_;
  std::set<std::string> removed_;
};

}  // namespace taskqueue
