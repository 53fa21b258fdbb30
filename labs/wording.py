"""Our own words to a learner, by their code: one place, so that every code has its sentence in each language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_noop as _

SENTENCES = {
    # refusals
    "busy": _("A command is still running. Stop it first, or wait until it has ended."),
    "preparing": _("The sandbox is still being prepared."),
    "rebuilding": _(
        "The course's simulation of AWS was renewed since your last command, so your sandbox is being rebuilt. Nothing was run: "
        "try again when that is done, which may take some minutes."
    ),
    "empty": _("There is no command in this line."),
    "nothing-to-undo": _("There is nothing to undo yet."),
    "nothing-to-redo": _("There is nothing to do again."),
    "already-there": _("The sandbox stands there already."),
    "begun-anew": _("The learner has begun anew since."),
    "version-gone": _("That is too long ago: it is no longer kept."),
    "too-long": _("This line is too long: %(limit)s characters are the most."),
    "not-running": _("This command has ended already."),
    "not-delivered": _("The input did not reach the program. Try again in a moment."),
    "no-more-hints": _("There are no more hints."),
    "nothing-due": _("Nothing is due in your account."),
    # what a preview's address shows instead
    "preview-off": _("This site shows no previews: its administrators have named no host for them."),
    "preview-away": _("Previews can't be reached at the moment. Try again shortly."),
    "preview-busy": _("Too many requests to previews are under way. Reload in a moment."),
    "preview-lost": _("The preview could not be fetched. That is our fault: reload to try again."),
    "preview-unknown": _(
        "This address leads nowhere any more. Open it again from the console: it holds for eight hours, or until the lab is started again."
    ),
    "preview-idle": _(
        "Nothing is running, so nothing serves port %(port)s: a server ends with its command. Start it again in the console, then reload."
    ),
    "preview-upgrade": _("WebSockets do not get through to a preview: ordinary requests alone do."),
    "preview-service-worker": _("Service workers are not allowed in a preview."),
    "port-closed": _("Nothing listens on port %(port)s. Start a server on it in the console, then reload."),
    "port-silent": _("What listens on port %(port)s takes no connection at the moment. Reload to try again."),
    "no-http": _("The program answered, but not with HTTP, or it hung up in the middle of its answer."),
    "answer-late": _("The program had not answered completely within %(seconds)s seconds. Answers without an end can't be shown."),
    "answer-bytes": _("The program's answer is larger than %(limit)s, which is the most that a preview takes."),
    "request-bytes": _("What was sent is larger than %(limit)s, which is the most that a preview takes."),
    "request-slow": _("What was sent did not arrive in time."),
    "request-unfit": _("This request can't be passed on: there is something in it that HTTP does not allow."),
    "step-locked": _("Do the steps before this one first."),
    "closed": _("This attempt is closed."),
    "fork-gone": _("The sandbox of this fork was deleted. Close it; another one can be made from the learner's timeline."),
    "forks-full": _(
        "%(most)s forks of yours are open, and that is as many as there may be. Close one that you no longer need: they are listed "
        "under “Cohorts”."
    ),
    "too-often": _("That came faster than anybody types, so it was not run. Go on in %(seconds)s s."),
    "budget-hour": _(
        "Your commands have run for %(used)s within an hour, and that is as much of the workers' time as one learner has. "
        "There is some again from %(free)s on. Nothing was run."
    ),
    "budget-day": _(
        "Your commands have run for %(used)s within a day, and that is as much of the workers' time as one learner has. "
        "There is some again from %(free)s on. Nothing was run."
    ),
    # what became of a command
    "incomplete": _("The line is unfinished: a quote, a bracket or a block is still open. Nothing was run."),
    "home-bytes": _(
        "Not kept: your files would take %(used)s, and the sandbox has %(limit)s. Everything is as it was before this command."
    ),
    "home-files": _(
        "Not kept: there would be %(used)s files, and the sandbox takes %(limit)s. Everything is as it was before this command."
    ),
    "home-depth": _(
        "Not kept: your folders would be nested deeper than the sandbox takes, %(limit)s levels. "
        "Everything is as it was before this command."
    ),
    "cloud-bytes": _(
        "Not kept: your AWS account would take %(used)s, and the sandbox has %(limit)s. Everything is as it was before this command."
    ),
    "cloud-memory": _("Not kept: your AWS account grew larger than the sandbox's memory. Everything is as it was before this command."),
    "cloud-cpu": _(
        "Not kept: your AWS account had more to compute than a command may ask for. Everything is as it was before this command."
    ),
    "over-quota": _("Not kept: the sandbox would be larger than it may be. Everything is as it was before this command."),
    "body-bytes": _("This has %(used)s, and at most %(limit)s can be sent at once."),
    "lost": _("We lost this command through a fault of ours. Everything is as it was before it: run it again."),
    "damaged": _(
        "A part of what this sandbox holds can no longer be read. That is our fault. "
        "Undo to an earlier command or reset the lab; your points stay."
    ),
    "worker-lost": _("The machine that ran this command went away. Everything is as it was before it: run it again."),
    "worker-lost-kept": _(
        "The machine that ran this command went away just after it. What the command did is kept; its output may not be whole."
    ),
    "stopped": _("Stopped."),
    "wall": _("Ended: a command may take %(limit)s seconds, counted anew when you type into it."),
    "cpu": _("Ended: a command may use %(limit)s seconds of processor time."),
    "memory": _("Ended: it used more memory than the sandbox has."),
    "processes": _("Ended: it started more processes than the sandbox allows."),
    "files": _("Ended: it held more files and connections open than the sandbox allows."),
    "disk": _("Ended: it wrote more to the disk than the sandbox has."),
    "killed": _("Ended."),
    "full-screen": _("A full-screen program ran here. As in any terminal, its screen went with it."),
    "ended": _("Done. Kept when the command in terminal %(terminal)s ends."),
    "together": _("Kept together with %(numbers)s, which ran at the same time: undo takes all of it back."),
    "background": _(
        "What ran in the background ended with this command: no process outlives its command. "
        "Let a server run in one terminal, and use it from the second."
    ),
    "output-cut": _("%(bytes)s of output left out here"),
    "whole": _("%(bytes)s of output: the beginning and the end are shown."),
    "whole-cut": _("%(bytes)s of output: the beginning and the end are shown, and the first %(most)s are kept."),
    "whole-gone": _("%(bytes)s of output: the beginning and the end are shown. The whole of it is no longer kept."),
    # why there is no sandbox
    "lab-broken": _("This lab could not be prepared. The course's administrators can see why."),
    "lab-gone": _("This lab is no longer part of the course."),
    "put-away": _("An administrator has deleted this sandbox. Start the lab for a new one; your points are kept."),
    "cloud-state-version": _("This account was made by an earlier simulation of AWS, which the present one can't read."),
    # what became of a sandbox whose account the present simulation can't read
    "rebuilt": _(
        "The course's simulation of AWS was renewed, and your sandbox was rebuilt from your commands: all of them ended as they had. "
        "Identifiers that AWS makes up may be others now."
    ),
    "rebuilt-step-by": _(
        "The course's simulation of AWS was renewed. “%(line)s” could not be repeated as it was, so your sandbox stands at the start "
        "of the step that you are at. Points and passed steps stay."
    ),
    "rebuilt-step": _(
        "The course's simulation of AWS was renewed. Your commands could not be repeated, so your sandbox stands at the start of the "
        "step that you are at. Points and passed steps stay."
    ),
    "rebuilt-lab-by": _(
        "The course's simulation of AWS was renewed. “%(line)s” could not be repeated as it was, so your sandbox stands at the start "
        "of the lab."
    ),
    "rebuilt-lab": _(
        "The course's simulation of AWS was renewed. Your commands could not be repeated, so your sandbox stands at the start of the lab."
    ),
    "rebuild-failed": _(
        "The course's simulation of AWS was renewed, and your sandbox could not be rebuilt. That is our fault and counts nothing "
        "against you; the course's administrators can see why. Run a command to try again."
    ),
    # going back and forward
    "moved-undo": _("Went back to before #%(number)s: %(line)s"),
    "moved-redo": _("Done again, #%(number)s: %(line)s"),
    "moved-rewind": _("Went to after #%(number)s: %(line)s"),
    "moved-undo-together": _("Went back to before %(numbers)s, which ran at the same time and were kept together."),
    "moved-redo-together": _("Done again, %(numbers)s, which ran at the same time and were kept together."),
    "moved-rewind-together": _("Went to after %(numbers)s, which ran at the same time and were kept together."),
    "moved-undo-title": _("Went back to before: %(title)s"),
    "moved-redo-title": _("Done again: %(title)s"),
    "moved-rewind-title": _("Went to after: %(title)s"),
    "moved-undo-reset": _("Brought back what was there before starting again."),
    "moved-redo-reset": _("Started again once more. Undo brings everything back."),
    "moved-step": _("“%(step)s” starts again. Undo brings everything back."),
    "moved-lab": _("The lab starts again. Undo brings everything back."),
    "moved-elsewhere": _("Went to another point of your history."),
    # what changed in a file
    "diff-binary": _("Not text: what changed in it is not shown."),
    "diff-large": _("A large file: what changed in it is not shown."),
    "diff-many": _("So much changed at once that this is not shown."),
    "diff-renamed": _("was %(path)s"),
    "diff-mode": _("permissions %(before)s → %(after)s"),
    "diff-link": _("link to %(before)s → %(after)s"),
    "diff-link-added": _("link to %(after)s"),
    "diff-link-removed": _("was a link to %(before)s"),
    # the files panel
    "files-done": _("Done: %(what)s."),
    "files-joined": _("Done in the running command's files: %(what)s. It becomes a version when the command ends."),
    "files-saved": _("saved %(path)s"),
    "files-made": _("made the folder %(path)s"),
    "files-moved": _("moved %(path)s to %(to)s"),
    "files-deleted": _("deleted %(path)s"),
    "files-uploaded": _("uploaded %(path)s"),
    "files-uploaded-many": _("uploaded %(count)s files to %(path)s"),
    "files-gone": _("%(path)s is not there any more."),
    "files-exists": _("%(path)s is there already. Choose another name."),
    "files-link": _("%(path)s is a link, or leads through one. Links are not followed here: use the console."),
    "files-not-file": _("%(path)s is not a file that can be read or written here."),
    "files-closed": _("The permissions of %(path)s, or of a folder on its way, do not allow that. chmod in the console changes them."),
    "files-busy": _("A program goes on writing into %(path)s. Stop it first."),
    "files-full": _("The sandbox's disk is full. Delete something first."),
    "files-into-itself": _("A folder can't be moved into itself."),
    "files-name": _("“%(name)s” can't be a name: a name has 1 to 255 bytes and is neither . nor .. ."),
    "files-name-empty": _("Type a name first."),
    "files-deep": _("Folders can't be nested deeper than %(limit)s levels here."),
    "files-large": _("%(path)s is too large to be opened here."),
    "files-too-large": _("Larger than %(limit)s: it can be downloaded, not edited here."),
    "files-binary": _("Not text (UTF-8): it can be downloaded, not edited here."),
    "files-line-ends": _(
        "Its line ends are of several kinds, and an editor in a page would change them. It can be downloaded, or edited in the console."
    ),
    "files-bytes": _("Not saved: your files would take %(used)s, and the sandbox has %(limit)s. Delete something first."),
    "files-count": _("Not saved: there would be %(used)s files, and the sandbox takes %(limit)s. Delete something first."),
    "files-home-bytes": _("Not saved: your files would take %(used)s, and the sandbox has %(limit)s. Delete something first."),
    "files-home-files": _("Not saved: there would be %(used)s files, and the sandbox takes %(limit)s. Delete something first."),
    "files-home-depth": _("Not saved: your folders would be nested deeper than the sandbox takes, %(limit)s levels."),
    "files-upload-none": _("Choose files to upload first."),
    "files-upload-many": _("At most %(limit)s files can be uploaded at once. Put them into an archive, and unpack it in the console."),
    "files-upload-bytes": _("At most %(limit)s can be uploaded at once."),
    "files-lost": _("That did not work through a fault of ours, and your files are as they were. Try again in a moment."),
    # what a check found
    "check-error": _("We could not look at this just now. That is our fault and counts nothing against you."),
    "aws-missing": _("AWS answers %(code)s: %(message)s"),
    "aws-nothing": _("Nothing of what this step asks for is there yet."),
    "aws-there": _("This is still there: %(seen)s"),
    "value-is": _("It is “%(seen)s” now."),
    "file-missing": _("There is no file %(path)s yet."),
    "file-there": _("The file %(path)s is still there."),
    "file-differs": _("The file %(path)s does not have what this step asks for."),
    "variable-missing": _("The variable %(name)s is not set, or empty."),
    "variable-there": _("The variable %(name)s is set."),
    "variable-is": _("The variable %(name)s is “%(seen)s”."),
    "command-none": _("No command has been run yet."),
    "command-other": _("The last command was another one."),
    "command-exit": _("The last command ended with status %(seen)s."),
    "command-output": _("The last command's output does not show it."),
    "changed-not": _("The last command did not change that."),
    "changed-nothing": _("The last command changed nothing."),
    "cwd-is": _("You are in %(seen)s."),
    "http-none": _("%(url)s does not answer yet."),
    "http-status": _("%(url)s answers with status %(seen)s."),
    "http-body": _("%(url)s answers with something else."),
    "script-silent": _("Not yet."),
    "any-none": _("None of the ways to do this has been done yet."),
    # what it wants
    "wanted-value": _("“%(value)s”"),
    "wanted-match": _("something that matches %(value)s"),
    "wanted-gone": _("nothing of it left"),
    "wanted-result": _("something that %(value)s finds"),
    "wanted-file": _("the file %(path)s"),
    "wanted-no-file": _("no file %(path)s"),
    "wanted-file-match": _("the file %(path)s with text that matches %(value)s"),
    "wanted-file-same": _("the file %(path)s, exactly as this step asks for it"),
    "wanted-variable": _("the variable %(name)s with a value"),
    "wanted-no-variable": _("no variable %(name)s"),
    "wanted-command": _("a command that matches %(value)s"),
    "wanted-command-output": _("a command that matches %(value)s and prints something that matches %(output)s"),
    "wanted-output": _("output that matches %(value)s"),
    "wanted-exit": _("exit status %(value)s"),
    "wanted-change": _("a change: %(value)s"),
    "wanted-http": _("status %(status)s from %(url)s"),
    "wanted-http-match": _("status %(status)s from %(url)s, with something that matches %(value)s"),
}


def language() -> str:
    """The active one, as labs name it."""
    return (get_language() or "en")[:2]


def words(code: str, /, **values: Any) -> str:
    """The sentence of ``code`` in the active language; sizes named ``used``, ``limit`` or ``bytes`` of byte quotas become readable."""
    sentence = gettext(SENTENCES.get(code, SENTENCES["lost"]))
    if code.endswith("-bytes") or code.startswith(("output-cut", "whole")):
        values = {name: size(value) if isinstance(value, int) else value for name, value in values.items()}
    try:
        return sentence % values if "%(" in sentence else sentence
    except KeyError:
        return gettext(SENTENCES["over-quota"]) if code.startswith(("home-", "cloud-")) else sentence


def duration(seconds: float) -> str:
    """In the active language, the two largest units: 6 d 23 h."""
    seconds = max(1, round(seconds))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return gettext("%(days)s d %(hours)s h") % {"days": days, "hours": hours % 24}
    if hours:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes % 60}
    if minutes:
        return gettext("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds % 60}
    return gettext("%(seconds)s s") % {"seconds": seconds}


def size(count: int) -> str:
    """1 536 → 1.5 KB."""
    amount = float(count)
    for unit in ("B", "KB", "MB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 10 else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GB"
