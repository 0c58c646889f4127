namespace DeviceAgent.Tests.Certificate;

/// <summary>After how many steps of a rotation of the certificate a kill comes, and whether the new one counts at the next start.</summary>
internal static class KillSteps
{
    /// <param name="steps">How many there are.</param>
    /// <param name="decided">So many have been done when the decision is on disk: from there on there is only forward.</param>
    public static TheoryData<int, bool> Of(int steps, int decided)
    {
        var data = new TheoryData<int, bool>();
        for (var done = 0; done <= steps; done++) data.Add(done, done >= decided);
        return data;
    }
}
