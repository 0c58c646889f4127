namespace DeviceAgent.Rigs.Durability;

/// <summary>What the oracle found in the table.</summary>
/// <param name="Offered">Readings handed in.</param>
/// <param name="Owed">Those of them that must be in the table.</param>
/// <param name="Stored">Items in the table.</param>
/// <param name="Lost">Owed and not there.</param>
/// <param name="Wrong">There, and no input or not as it was handed in.</param>
internal sealed record Verdict(int Offered, int Owed, int Stored, IReadOnlyList<string> Lost, IReadOnlyList<string> Wrong)
{
    private const int Shown = 5;

    public bool IsGood => Lost.Count == 0 && Wrong.Count == 0;

    public override string ToString() =>
        $"{Offered} readings handed in, {Owed} owed, {Stored} stored: {Lost.Count} lost, {Wrong.Count} wrong"
        + string.Concat(Lost.Take(Shown).Select(l => $"\n  lost: {l}")) + string.Concat(Wrong.Take(Shown).Select(w => $"\n  wrong: {w}"));
}
