"""A typer app that does nothing: what any command line made with it takes to start."""

from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def main(name: Annotated[str, typer.Option(help="Whom to greet.")] = "world") -> None:
    """Greets somebody."""
    typer.echo(f"Hello {name}")


if __name__ == "__main__":
    app()
