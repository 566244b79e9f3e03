"""Commands about folders of results: which there are, and whether they are as they were written."""

from pathlib import Path

import rich_click as click

from sim.commands.options import takes
from sim.commands.terminal import aside, print_json, show
from sim.core.options import Options


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="results")
@click.option("--prune", is_flag=True, help="Remove drafts that nobody writes any more, and list each.")
@takes("lang json quiet")
def runs(folder: Path, options: Options, prune: bool) -> None:
    """List the results in a folder: what was set, when, and what was found.

    A draft is what a command is writing, or was when it was killed; --prune removes nothing but these.
    """
    from sim.output.folders.listing import listing_of
    from sim.output.folders.listing import prune as remove_drafts
    from sim.output.text.folders import listing_told, pruned_told

    if prune:
        drafts = remove_drafts(folder)
        if options.json:
            print_json([{"folder": str(folder), "drafts": [draft.plain() for draft in drafts]}])
        elif not options.quiet:
            for sentence in pruned_told(folder, drafts, options.lang):
                show(sentence)
        return
    listing = listing_of(folder)
    if options.json:
        print_json([listing.plain()])
    elif not options.quiet:
        show(listing_told(listing, options.lang))


def verify_folder(folder: Path, options: Options) -> bool:
    """Say whether a folder of results is as it was written.

    Raises: SimError if it is no folder of results, or lists no files.
    """
    from sim.output.folders.manifest import require_results
    from sim.output.text.folders import condition_told

    condition = require_results(folder)
    for sentence in condition_told(condition, folder, options.lang):
        if not condition.sound:
            aside(sentence)
        elif not options.quiet:
            show(sentence)
    return condition.sound
