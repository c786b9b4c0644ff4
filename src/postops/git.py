"""The only place that runs git.

Nothing here touches the work tree, the index, `HEAD` or a ref of the user's: what is fetched lands
below `refs/postops/`, so that a checkout made by a person or by CI is the same before and after.
Every call has a time-out, none can wait for a password, and messages hold no credentials.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import signal
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from postops.errors import ConfigError, PostopsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

LOCAL_SECONDS = 60.0
NETWORK_SECONDS = 180.0
OLDEST = (2, 31)  # `rev-parse --path-format`
CONTENT_REF = "refs/postops/remote/content"

# Set by git for its own hooks: postops run from a hook must still find the repository it was given.
_FOREIGN = frozenset(
    {
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_PREFIX",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_NAMESPACE",
        "GIT_SHALLOW_FILE",
        "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
        "GIT_GRAFT_FILE",
        "GIT_GLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
    }
)

# A user's hooks, signing, helpers in the background and defaults have no part in our plumbing.
_CONFIG = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "core.quotePath=false",
    "push.gpgSign=false",
    "push.followTags=false",
    "push.recurseSubmodules=no",
    "fetch.recurseSubmodules=false",
    "fetch.writeCommitGraph=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "log.showSignature=false",
    "log.showRoot=true",
)


class Completed(NamedTuple):
    """What a git process left. `stderr` holds no credentials."""

    stdout: bytes
    stderr: str
    code: int

    @property
    def text(self) -> str:
        """Standard output, without the last line end. Odd bytes in names survive a round trip."""
        return os.fsdecode(self.stdout).rstrip("\n")


class TreeEntry(NamedTuple):
    """A file of a commit. `mode` as git writes it (`100644`), `path` relative to the root."""

    mode: str
    kind: str
    blob: str
    path: str


class Content(NamedTuple):
    """The tip of the content branch. `remote` is `None` in a repository without one."""

    commit: str
    branch: str
    remote: str | None


class GitFailed(PostopsError):  # noqa: N818 - named like its siblings
    """git said no, or did not answer in time. `completed` is `None` on a time-out."""

    def __init__(
        self,
        message: str,
        *,
        help: str | None = None,  # noqa: A002
        completed: Completed | None = None,
    ) -> None:
        super().__init__(message, help=help)
        self.completed = completed


def redact(text: str) -> str:
    """Hide the user and password of every URL."""
    return re.sub(r"(\w[\w+.-]*://)[^/@\s]+@", r"\1***@", text)


def reason(stderr: str) -> str:
    """The lines of git's complaint that say why, as one line."""
    lines = [line.strip() for line in stderr.splitlines()]
    telling = [re.sub(r"^(fatal|error|remote): *", "", line) for line in lines if _tells(line)]
    return "; ".join(dict.fromkeys(filter(None, telling or lines))) or "git gave no reason"


def _tells(line: str) -> bool:
    return (
        line.startswith(("fatal:", "error:", "remote:")) and "failed to push some refs" not in line
    )


def blob_id(data: bytes, object_format: str = "sha1") -> str:
    """The id git gives a file of these bytes, without asking git."""
    digest = hashlib.new(object_format, b"blob %d\0" % len(data), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Repository:
    """A clone with a work tree. `root` is its top, `common` its git directory.

    `object_format` is `sha1` or `sha256`. `boundary` holds the commits at which a shallow clone was
    cut off; it is empty in a complete one.
    """

    root: Path
    common: Path
    object_format: str = "sha1"

    # ------------------------------------------------------------------ finding and running

    @classmethod
    def discover(cls, path: Path) -> Repository:
        """The repository that holds `path`.

        Raises `ConfigError` where there is none, or git is missing, too old, or does not trust it.
        """
        done = _execute(
            ["rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir",
             "--show-object-format"],
            cwd=path,
        )  # fmt: skip
        lines = done.text.splitlines()
        if done.code or len(lines) != 3:
            raise _no_repository(path, done)
        return cls(Path(lines[0]), Path(lines[1]), lines[2])

    def run(
        self,
        *args: str,
        input: bytes | None = None,  # noqa: A002 - subprocess's own word
        env: Mapping[str, str] | None = None,
        check: bool = True,
        seconds: float = LOCAL_SECONDS,
    ) -> Completed:
        """Run git in the root. Raises `GitFailed` on a time-out, and with `check` on any failure."""
        done = _execute(args, cwd=self.root, data=input, env=env, seconds=seconds)
        if check and done.code:
            raise GitFailed(f"git {args[0]}: {reason(done.stderr)}", completed=done)
        return done

    # ------------------------------------------------------------------ refs and remotes

    def rev_parse(self, name: str) -> str | None:
        """The commit a name stands for; `None` where it stands for none."""
        done = self.run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", check=False)
        return None if done.code else done.text

    def head_branch(self) -> str | None:
        """The branch checked out; `None` on a detached HEAD."""
        done = self.run("symbolic-ref", "--quiet", "--short", "HEAD", check=False)
        return None if done.code else done.text

    def remote(self) -> str | None:
        """The remote that counts: `origin`, else the only one. `None` where there is none."""
        names = self.run("remote").text.splitlines()
        if "origin" in names or not names:
            return "origin" if names else None
        if len(names) > 1:
            raise ConfigError(
                f"several remotes ({', '.join(names)}) and none is called origin",
                help="rename the one that is published from: git remote rename NAME origin",
            )
        return names[0]

    def push_url(self, remote: str) -> str:
        """Where a push to `remote` goes. Pushing to the URL moves no remote-tracking branch."""
        return self.run("remote", "get-url", "--push", remote).text

    def list_remote(self, remote: str, *patterns: str) -> tuple[str | None, dict[str, str]]:
        """The branch the remote's HEAD names, and the refs that match. Asks the network."""
        done = self._network("ls-remote", "--symref", remote, *patterns)
        head, refs = None, {}
        for line in done.text.splitlines():
            value, _, name = line.partition("\t")
            if value.startswith("ref: "):
                head = value.removeprefix("ref: refs/heads/")
            else:
                refs[name] = value
        return head, refs

    def remote_head(self, remote: str) -> str:
        """The default branch of the remote. Raises `ConfigError` where it has none."""
        head, _ = self.list_remote(remote, "HEAD")
        if head is None:
            raise ConfigError(
                f"the remote {remote} has no default branch",
                help="push one, or name it in postops.yaml: content_branch: main",
            )
        return head

    def fetch(self, remote: str, *refspecs: str, complete: bool = False) -> Completed:
        """Fetch into refs of our own.

        `--refmap=` keeps the remote-tracking branches as they are. `complete` asks for every blob
        although the clone is a partial one; the clone's own filter stays configured.
        """
        options = ["--no-filter"] if complete else []
        return self._network(
            "fetch", "--quiet", "--atomic", "--no-tags", "--no-write-fetch-head",
            "--no-auto-maintenance", "--refmap=", *options, remote, *refspecs,
        )  # fmt: skip

    def fetch_content_branch(self, branch: str | None = None) -> Content:
        """The tip of the content branch, fetched now; the local HEAD without a remote.

        Raises `GitFailed` where the remote cannot be reached, `ConfigError` where the branch is
        missing.
        """
        remote = self.remote()
        if remote is None:
            return self._local_content(branch)
        branch = branch or self.remote_head(remote)
        try:
            self.fetch(remote, f"+refs/heads/{branch}:{CONTENT_REF}")
        except GitFailed as error:
            if missing_ref(error):
                raise ConfigError(
                    f"the remote {remote} has no branch {branch}",
                    help="push it, or mend content_branch in postops.yaml",
                ) from error
            raise
        return Content(self._must(CONTENT_REF), branch, remote)

    def _local_content(self, branch: str | None) -> Content:
        name = branch or self.head_branch()
        commit = self.rev_parse(f"refs/heads/{branch}" if branch else "HEAD")
        if commit is None:
            raise ConfigError(
                f"the branch {branch} does not exist" if branch else "there is no commit yet",
                help="commit the posts first",
            )
        return Content(commit, name or "HEAD", None)

    def _must(self, ref: str) -> str:
        commit = self.rev_parse(ref)
        if commit is None:
            raise GitFailed(f"git fetch left no {ref}")
        return commit

    def _network(self, *args: str) -> Completed:
        try:
            return self.run(*args, seconds=NETWORK_SECONDS)
        except GitFailed as error:
            if missing_ref(error):
                raise
            raise GitFailed(
                f"the remote cannot be reached: {error}",
                help="check the network and the credentials: git ls-remote",
                completed=error.completed,
            ) from error

    # ------------------------------------------------------------------ trees and blobs

    def ls_tree(self, commit: str, prefix: str = "") -> list[TreeEntry]:
        """Every file of a commit below `prefix` (`posts/`), in git's order."""
        paths = ["--", prefix] if prefix else []
        done = self.run("ls-tree", "-r", "-z", "--full-tree", commit, *paths)
        entries = []
        for record in done.stdout.split(b"\0")[:-1]:
            facts, _, path = record.partition(b"\t")
            mode, kind, blob = facts.decode().split(" ")
            entries.append(TreeEntry(mode, kind, blob, os.fsdecode(path)))
        return entries

    def cat(self, blobs: Iterable[str]) -> dict[str, bytes]:
        """The bytes of blobs, from one process. Raises `GitFailed` where one is missing."""
        wanted = list(dict.fromkeys(blobs))
        if not wanted:
            return {}
        self.complete(wanted)
        names = "".join(f"{blob}\n" for blob in wanted).encode()
        return dict(_parse_batch(self.run("cat-file", "--batch", input=names).stdout, wanted))

    def complete(self, blobs: Collection[str]) -> None:
        """In a partial clone, get those blobs that are not here in one request, not one each."""
        promisor = self._promisor()
        if promisor is None:
            return
        names = "".join(f"{blob}\n" for blob in blobs).encode()
        here = self.run(
            "rev-list", "--objects", "--no-object-names", "--no-walk", "--ignore-missing",
            "--missing=print", "--stdin", input=names,
        ).text.split()  # fmt: skip
        self._get(promisor, set(blobs).difference(here))

    def prefetch(self, commit: str, *paths: str) -> None:
        """The same for the blobs of a commit below `paths`."""
        promisor = self._promisor()
        if promisor is None:
            return
        listed = self.run(
            "rev-list", "--objects", "--missing=print", "--no-walk", commit, "--", *paths
        )
        self._get(promisor, {line[1:] for line in listed.text.splitlines() if line[:1] == "?"})

    def _get(self, promisor: str, missing: Collection[str]) -> None:
        if missing:
            names = "".join(f"{blob}\n" for blob in sorted(missing)).encode()
            self.run(
                "-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags",
                "--no-write-fetch-head", "--no-auto-maintenance", "--refmap=", "--stdin", promisor,
                input=names, seconds=NETWORK_SECONDS,
            )  # fmt: skip

    def _promisor(self) -> str | None:
        # Looked for in the file first: starting git costs more, and few clones are partial.
        if b"promisor" not in (self.common / "config").read_bytes():
            return None
        done = self.run("config", "--get-regexp", r"^remote\..*\.promisor$", check=False)
        line = done.text.partition("\n")[0]
        return line.split(" ")[0].removeprefix("remote.").removesuffix(".promisor") or None

    # ------------------------------------------------------------------ history

    @property
    def boundary(self) -> frozenset[str]:
        """The commits a shallow clone was cut off at."""
        shallow = self.common / "shallow"
        return frozenset(shallow.read_text().split()) if shallow.exists() else frozenset()

    @property
    def is_shallow(self) -> bool:
        return bool(self.boundary)

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor; `None` where none is known here."""
        done = self.run("merge-base", one, other, check=False)
        return None if done.code else done.text

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether `new` descends from (or is) `old`. False also where `old` is not known here.

        In a shallow clone a false answer proves nothing; a true one holds.
        """
        return self.run("merge-base", "--is-ancestor", old, new, check=False).code == 0

    def reached(self, commit: str, paths: Collection[str]) -> dict[str, tuple[str, datetime]]:
        """The first-parent commit that brought each path to what it is now, and its commit time.

        A path whose last change lies behind the edge of a shallow clone is left out: never guessed.
        """
        spec = b""
        if not any("\n" in path for path in paths):  # --stdin has no way to write such a name
            spec = b"--\n" + b"".join(os.fsencode(path) + b"\n" for path in paths)
        done = self.run(
            "log", "-z", "--first-parent", "--diff-merges=first-parent", "--diff-filter=AMT",
            "--no-renames", "--name-only", "--format=%x00%H %ct", commit, "--stdin", input=spec,
        )  # fmt: skip
        seen: dict[str, tuple[str, datetime]] = {}
        wanted, boundary = set(paths), self.boundary
        for sha, at, path in _parse_added(done.stdout):
            if path in wanted:
                seen.setdefault(path, (sha, at))
        return {path: found for path, found in seen.items() if found[0] not in boundary}

    def changed_since(self, ref: str) -> frozenset[str]:
        """The paths that differ between the work tree and where it left `ref`; also untracked ones.

        Raises `ConfigError` where `ref` is unknown or the clone too shallow to compare.
        """
        if self.rev_parse(ref) is None:
            raise ConfigError(f"unknown commit or branch: {ref}", help="fetch it first: git fetch")
        base = self.merge_base(ref, "HEAD")
        if base is None:
            if self.is_shallow:
                raise _too_shallow(f"what changed since {ref}")
            raise ConfigError(f"{ref} and HEAD have no common ancestor")
        changed = self.run("diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", base)
        added = self.run("ls-files", "--others", "--exclude-standard", "-z")
        return frozenset(filter(None, os.fsdecode(changed.stdout + added.stdout).split("\0")))

    def tracks(self, path: str) -> bool:
        """Whether the index holds anything at or below `path`."""
        return bool(self.run("ls-files", "-z", "--", path).stdout)


# ---------------------------------------------------------------------- what git prints


def missing_ref(error: GitFailed) -> bool:
    """Whether a fetch failed only because the remote has no such ref."""
    return error.completed is not None and "couldn't find remote ref" in error.completed.stderr


def _parse_batch(out: bytes, wanted: list[str]) -> Iterator[tuple[str, bytes]]:
    at = 0
    for blob in wanted:
        end = out.index(b"\n", at)
        words = out[at:end].split(b" ")
        if len(words) != 3:
            raise GitFailed(f"git cat-file: {os.fsdecode(out[at:end])}")
        size = int(words[2])
        yield blob, out[end + 1 : end + 1 + size]
        at = end + size + 2


def _parse_added(out: bytes) -> Iterator[tuple[str, datetime, str]]:
    sha, at = "", datetime.fromtimestamp(0, UTC)
    for field in out.split(b"\0"):
        head = re.fullmatch(rb"\n?([0-9a-f]{40,64}) (\d+)\n?", field)
        if head:
            sha, at = head[1].decode(), datetime.fromtimestamp(int(head[2]), UTC)
        elif field:
            yield sha, at, os.fsdecode(field.removeprefix(b"\n"))


# ---------------------------------------------------------------------- processes


def _execute(
    args: Iterable[str],
    *,
    cwd: Path,
    data: bytes | None = None,
    env: Mapping[str, str] | None = None,
    seconds: float = LOCAL_SECONDS,
) -> Completed:
    argv = ["git", "--no-optional-locks"]
    for setting in _CONFIG:
        argv += ["-c", setting]
    # A session of its own: Ctrl-C in the terminal must not cut a push in half.
    try:
        process = subprocess.Popen(
            [*argv, *args],
            cwd=cwd,
            env=_environment(env),
            stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        if not cwd.is_dir():
            raise ConfigError(f"no such directory: {cwd}") from error
        raise ConfigError("git is not installed", help="install git 2.31 or newer") from error
    return _wait(process, " ".join(list(args)[:1]), data, seconds)


def _wait(
    process: subprocess.Popen[bytes], name: str, data: bytes | None, seconds: float
) -> Completed:
    try:
        out, err = process.communicate(data, timeout=seconds)
    except subprocess.TimeoutExpired:
        _kill(process)
        raise GitFailed(
            f"git {name} gave no answer in {seconds:g} s", help="check the network and the remote"
        ) from None
    except BaseException:
        # Interrupted ourselves: a push under way may still land within the grace period.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=5)
        _kill(process)
        raise
    return Completed(out, redact(err.decode(errors="replace")), process.returncode)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the whole group: git first gets the chance to remove its lock files."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=2)


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    env |= {
        "LC_ALL": "C",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_LITERAL_PATHSPECS": "1",
    }
    return env | dict(extra or {})


# ---------------------------------------------------------------------- refusals


def _no_repository(path: Path, done: Completed) -> ConfigError:
    if "dubious ownership" in done.stderr:
        return ConfigError(
            f"git does not trust {path}: it belongs to another user",
            help=f"git config --global --add safe.directory {path.resolve()}",
        )
    version = _execute(["version"], cwd=path).text
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    if numbers < OLDEST:
        return ConfigError(f"{version} is too old", help="install git 2.31 or newer")
    if "not a git repository" in done.stderr:
        return ConfigError(f"{path} is not in a git repository", help="start one: git init")
    return ConfigError(f"git cannot work in {path}: {reason(done.stderr)}")


def _too_shallow(what: str) -> ConfigError:
    return ConfigError(
        f"this clone is too shallow to know {what}",
        help="git fetch --unshallow; with actions/checkout: fetch-depth: 0",
    )
