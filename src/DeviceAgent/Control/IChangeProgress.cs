namespace DeviceAgent.Control;

/// <summary>Is told how far a change has come. What it does with that must not fail the change.</summary>
internal interface IChangeProgress
{
    /// <param name="step">One word: <c>fetching</c>, <c>proving</c>, <c>committed</c>, <c>probation</c>, ...</param>
    void Reached(string step);
}
