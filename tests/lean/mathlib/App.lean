import App.Attention
import App.Rings
